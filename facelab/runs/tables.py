"""The store's tables. A change of these raises `VERSION` and adds to `facelab.runs.migrations`."""

import sqlalchemy as sql

VERSION = 4

metadata = sql.MetaData()

schema = sql.Table("schema_version", metadata, sql.Column("version", sql.Integer, primary_key=True))

sweeps = sql.Table(
    "sweeps",
    metadata,
    sql.Column("id", sql.String(40), primary_key=True),
    sql.Column("name", sql.String(200), nullable=False),
    sql.Column("settings", sql.Text, nullable=False),
    sql.Column("created", sql.Double, nullable=False, index=True),
    sql.Column("people", sql.String(40), nullable=False, server_default=""),
)

runs = sql.Table(
    "runs",
    metadata,
    sql.Column("id", sql.String(40), primary_key=True),
    sql.Column("name", sql.String(200), nullable=False),
    sql.Column("config", sql.Text, nullable=False),
    sql.Column("status", sql.String(20), nullable=False),
    sql.Column("message", sql.Text, nullable=False, server_default=""),
    sql.Column("command", sql.String(20), nullable=False, server_default=""),
    sql.Column("attempt", sql.Integer, nullable=False, server_default="1"),
    sql.Column("lease", sql.String(12), nullable=False, server_default=""),
    sql.Column("runner", sql.String(40), nullable=False, server_default=""),
    sql.Column("created", sql.Double, nullable=False, index=True),
    sql.Column("heartbeat", sql.Double, nullable=False),
    sql.Column("started", sql.Double),
    sql.Column("ended", sql.Double),
    sql.Column("epoch", sql.Double, nullable=False, server_default="0"),
    sql.Column("step", sql.Integer, nullable=False, server_default="0"),
    sql.Column("images_per_second", sql.Double),
    sql.Column("seconds_left", sql.Double),
    sql.Column("validation_accuracy", sql.Double),
    sql.Column("best_epoch", sql.Integer),
    sql.Column("best_validation_accuracy", sql.Double),
    sql.Column("test_right", sql.Integer),
    sql.Column("test_total", sql.Integer),
    sql.Column("classes", sql.Integer),
    sql.Column("parameters", sql.Integer),
    sql.Column("fingerprint", sql.String(64)),
    sql.Column("threads", sql.Integer),
    sql.Column("sweep", sql.String(40), sql.ForeignKey("sweeps.id", ondelete="CASCADE"), index=True),
    sql.Column("member", sql.Integer),
    sql.Column("share", sql.Integer),
    sql.Column("tags", sql.Text, nullable=False, server_default=""),
    sql.Column("note", sql.Text, nullable=False, server_default=""),
    sql.Column("people", sql.String(40), nullable=False, server_default=""),
)


def _run_id() -> sql.Column:
    return sql.Column("run_id", sql.String(40), sql.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)


epochs = sql.Table(
    "epochs",
    metadata,
    _run_id(),
    sql.Column("epoch", sql.Integer, primary_key=True),
    sql.Column("step", sql.Integer, nullable=False),
    sql.Column("metrics", sql.Text, nullable=False),
)

steps = sql.Table(
    "steps",
    metadata,
    _run_id(),
    sql.Column("step", sql.Integer, primary_key=True),
    sql.Column("epoch", sql.Double, nullable=False),
    sql.Column("loss", sql.Double, nullable=False),
    sql.Column("learning_rate", sql.Double, nullable=False),
)

frames = sql.Table(
    "frames",
    metadata,
    _run_id(),
    sql.Column("name", sql.String(40), primary_key=True),
    sql.Column("step", sql.Integer, primary_key=True),
    sql.Column("array", sql.LargeBinary, nullable=False),
)

blobs = sql.Table(
    "blobs",
    metadata,
    _run_id(),
    sql.Column("name", sql.String(40), primary_key=True),
    sql.Column("part", sql.Integer, primary_key=True),
    sql.Column("data", sql.LargeBinary, nullable=False),
)
