"""The standalone script, apart from its network and augmentation.

A line that ends in `#? this that` is kept where `this` or `that` is on, `#? !this` where it is off; `$names` are filled
in.
"""

from string import Template

HEAD = '''\
"""Trains $title, without facelab.

    python train.py --faces FOLDER

needs torch, numpy and pillow. FOLDER is what facelab's Data page downloads, unpacked: PNG files of $size pixels as

    train/<person>/0000.png    validation/<person>/0000.png    test/<person>/0000.png

With the same faces it starts from the same weights and sees the same batches as in facelab, and it saves the trained
weights under the same names. It computes in $precision.
"""

import argparse
import copy  #? patience
import json
import math
import sys
from collections import OrderedDict  #? layers
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

$people
HEIGHT, WIDTH = $height, $width
SEED = $seed
EPOCHS = $epochs
PATIENCE = $patience  # epochs without a lower validation loss  #? patience
BATCH_SIZE = $batch_size
LEARNING_RATE = $learning_rate
WEIGHT_DECAY = $weight_decay  #? changes
L1 = $l1  # times the sum of the weights' absolute values  #? l1
$change_list  #? changes
DEVICE = $device
'''

LOAD = '''\
def load(folder, split):
    """The images, uint8 [N, 3, HEIGHT, WIDTH], and labels, int64 [N], of a split in the order of the file names."""
    files = sorted(
        (file.name, label, file)
        for label, person in enumerate(PEOPLE)
        for file in (folder / split / person).glob("*.png")
    )
    if not files:
        sys.exit(f"There are no PNG files in {folder / split / PEOPLE[0]}, nor for anyone else.")
    images = [np.asarray(Image.open(file).convert("RGB").resize((WIDTH, HEIGHT))) for _, _, file in files]
    labels = torch.tensor([label for _, label, _ in files])
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous().to(DEVICE), labels.to(DEVICE)
'''

EVALUATE = '''\
def to_float(images):
    """Bytes to float32 in [0, 1]."""
    return images.to(torch.float32, memory_format=torch.channels_last) / 255  #? channels_last
    return images.to(torch.float32) / 255  #? !channels_last


@torch.no_grad()
def evaluate(net, images, labels):
    """The mean loss, and how many faces are recognised."""
    net.eval()
    with torch.autocast(DEVICE, torch.bfloat16):  #? bfloat16
        logits = torch.cat([net(to_float(batch)) for batch in images.split($evaluation_batch)]).float()  #? bfloat16
    logits = torch.cat([net(to_float(batch)) for batch in images.split($evaluation_batch)])  #? !bfloat16
    return F.cross_entropy(logits, labels).item(), (logits.argmax(1) == labels).sum().item()
'''

ONE_CYCLE = '''\
def one_cycle(step, steps):
    """The share of the learning rate in a step: OneCycleLR's, for any number of steps."""
    peak, last = 0.3 * steps - 1, steps - 1
    low, high, share = (1 / 25, 1, step / peak) if step <= peak else (1 / 25e4, 1, (last - step) / (last - peak))
    return low + (high - low) * (1 - math.cos(math.pi * share)) / 2
'''

TRAIN = '''\
def train(net, images, labels, validation):
    """Trains `net` in place and prints how it learns."""
    optimizer = $optimizer
    schedule = torch.optim.lr_scheduler.$schedule  #? per_epoch
    steps = EPOCHS * math.ceil(len(labels) / BATCH_SIZE)  #? one_cycle
    now = {"learning_rate": LEARNING_RATE, "batch_size": BATCH_SIZE, "weight_decay": WEIGHT_DECAY$and_l1}  #? changes
    weights = [layer.weight for layer in net.modules() if isinstance(layer, (nn.Linear, nn.Conv2d))]  #? l1
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, steps, cycle_momentum=False)  #? one_cycle
    best_loss, best_epoch, best_weights = math.inf, 0, None  #? patience
    for epoch in range(1, EPOCHS + 1):
        seed = SEED * 1_000_003 + epoch - 1
        torch.manual_seed(seed + 2**31)  # for $randomness  #? random
        now |= CHANGES.get(epoch - 1, {})  #? changes
        order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
        for group in optimizer.param_groups:  #? momentum
            group["momentum"] = $momentum  #? momentum
        net.train()
        total_loss, right = 0.0, 0
        for batch in order.to(DEVICE).split(BATCH_SIZE):  #? !changes
        batches = order.to(DEVICE).split(now["batch_size"])  #? changes
        for step, batch in enumerate(batches):  #? changes_every_step
        for batch in batches:  #? changes_every_epoch
            inputs, targets = augment(to_float(images[batch])), labels[batch]  #? augment
            inputs, targets = to_float(images[batch]), labels[batch]  #? !augment
            with torch.autocast(DEVICE, torch.bfloat16):  #? bfloat16
                logits = net(inputs).float()  #? bfloat16
            logits = net(inputs)  #? !bfloat16
            loss = F.cross_entropy(logits, targets, label_smoothing=$label_smoothing)  #? smoothing
            loss = F.cross_entropy(logits, targets)  #? !smoothing
            if not math.isfinite(loss.item()):
                sys.exit(f"Diverged in epoch {epoch}: the loss is {loss.item()}. Try a lower learning rate.")
            optimizer.zero_grad()
            loss.backward()
            for weight in weights:  #? l1
                weight.grad += L1 * weight.detach().sign()  #? l1_constant
                weight.grad += now["l1"] * weight.detach().sign()  #? l1_changes
            nn.utils.clip_grad_norm_(net.parameters(), $clip_norm)  #? clip
            for group in optimizer.param_groups:  #? changes
                group["lr"] = now["learning_rate"]$factor  #? changes
                group["weight_decay"] = now["weight_decay"]  #? changes
            optimizer.step()
            schedule.step()  #? one_cycle
            total_loss += loss.item() * len(batch)
            right += (logits.argmax(1) == targets).sum().item()
        schedule.step()  #? per_epoch
        validation_loss, validation_right = evaluate(net, *validation)
        print(
            f"epoch {epoch}/{EPOCHS}: train loss {total_loss / len(labels):.4f}, accuracy {right / len(labels):.1%};",
            f"validation loss {validation_loss:.4f}, accuracy {validation_right / len(validation[1]):.1%}",
            flush=True,
        )
        if best_weights is None or validation_loss < best_loss:  #? patience
            best_loss, best_epoch, best_weights = validation_loss, epoch, copy.deepcopy(net.state_dict())  #? patience
        if epoch - best_epoch >= PATIENCE:  #? patience
            break  #? patience
    net.load_state_dict(best_weights)  #? patience
'''

MAIN = '''\
def interval(right, total, z=1.959964):
    """The 95 % interval of a share of right answers (Wilson 1927)."""
    share = right / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def read_weights(file):
    """A state dict, from torch.save or as safetensors: the length of a JSON header, the header, and raw numbers."""
    if file.suffix != ".safetensors":
        return torch.load(file, map_location="cpu", weights_only=True)
    data = bytearray(file.read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    types = {"F32": torch.float32, "I64": torch.int64}
    return {
        name: torch.frombuffer(data[start + begin : start + end], dtype=types[entry["dtype"]]).view(entry["shape"])
        for name, entry in header.items()
        for begin, end in [entry["data_offsets"]]
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faces", type=Path, metavar="FOLDER", required=True, help="with train, validation and test")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="start from these: .safetensors or .pt")
    parser.add_argument("--out", type=Path, metavar="FILE", default="weights.pt", help="for the trained weights")
    arguments = parser.parse_args()

    images, labels = load(arguments.faces, "train")
    validation, test = load(arguments.faces, "validation"), load(arguments.faces, "test")
    torch.set_num_threads(1)  # more only slow small dense networks down  #? !convolutions
    torch.manual_seed(SEED)
    net = Net()
    initialize(net)
    net.standardize.fit(images.cpu())
    if arguments.weights:
        net.load_state_dict(read_weights(arguments.weights))
    net.to(DEVICE, memory_format=torch.channels_last)  #? channels_last
    net.to(DEVICE)  #? !channels_last

    train(net, images, labels, validation)
    torch.save(net.state_dict(), arguments.out)
    _, right = evaluate(net, *test)
    low, high = interval(right, len(test[1]))
    print(f"Test accuracy {right / len(test[1]):.1%} (95 % interval {low:.1%} to {high:.1%},", end=" ")
    print(f"{right} of {len(test[1])} faces)")


if __name__ == "__main__":
    main()
'''


def render(text: str, on: set[str], **values: object) -> str:
    """`text` with the lines that `on` asks for, and its `$names` filled in."""
    kept = []
    for line in text.splitlines():
        code, _, condition = line.partition("  #? ")
        if not condition or any((flag.removeprefix("!") in on) != flag.startswith("!") for flag in condition.split()):
            kept.append(code)
    return Template("\n".join(kept)).substitute(values) + "\n"
