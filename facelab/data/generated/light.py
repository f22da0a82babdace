"""Light: a lamp with its shadows, the light of the room, and what surfaces throw back of both."""

import numpy as np

from facelab.data.generated.photos import Photo
from facelab.data.generated.raster import compiled, hidden, raster, turned
from facelab.data.generated.scene import Seen, Surface, unit

REACH = 2.6  # half the side of a shadow map, in head units
SHADOW_SIDE, SKY_SIDE = 176, 80
TAPS, SKY_TAPS = 8, 5
FILL = 0.28  # of the lamp's light, what walls and clothes throw into its shadow
# How far points are lifted off their surface before a map is asked, lest they shade themselves: about one of its cells.
LIFTED, SKY_LIFTED = 0.035, 0.075
SKY = np.array([[-0.7, 0.5, 0.5], [0.7, 0.5, 0.5]], np.float32)
# Light bleeds under skin around the terminator, red furthest: how far it reaches, and how much of a shadow it fills.
BLEEDS = np.array([0.34, 0.18, 0.12], np.float32)
FILLS = np.array([0.25, 0.05, 0.0], np.float32)


class Light:
    """A lamp and the light of the room."""

    def __init__(self, photo: Photo, points: np.ndarray, triangles: np.ndarray) -> None:
        azimuth, elevation = np.radians([photo.light_azimuth, photo.light_elevation])
        self.lamp = np.array(
            [np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)], np.float32
        )
        self.softness = np.float32(photo.light_softness)
        warmth = np.float32(photo.light_warmth) * np.array([0.14, 0.0, -0.18], np.float32)
        self.lamp_colour = np.float32(1.35 * photo.light_strength * photo.exposure) * (1 + warmth)
        self.room_colour = np.float32((1.15 - photo.light_strength) * photo.exposure) * (1 - 0.4 * warmth)
        self.shadow_map = DepthMap(self.lamp, points, triangles, SHADOW_SIDE)
        self.sky = [DepthMap(direction / np.linalg.norm(direction), points, triangles, SKY_SIDE) for direction in SKY]

    def shadow(self, at: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """The share of the lamp that points see, with a penumbra as wide as the lamp is."""
        radius = 0.012 + 0.16 * self.softness
        return self.shadow_map.seen(at + np.float32(LIFTED) * normals, radius, 0.04 + 0.06 * self.softness, TAPS)

    def openness(self, at: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """Ambient occlusion: how much of the room's light reaches points."""
        raised = at + np.float32(SKY_LIFTED) * normals
        return sum(sky.seen(raised, 0.06, 0.26, SKY_TAPS) for sky in self.sky) / np.float32(len(self.sky))

    def shade(self, surface: Surface, seen: Seen) -> np.ndarray:
        """Light leaving the points towards the camera: linear RGB, float32 [3, n]."""
        visible = np.float32(FILL) + np.float32(1 - FILL) * self.shadow(seen.at, seen.normals)
        reached = np.float32(0.5) + np.float32(0.5) * self.openness(seen.at, seen.normals)
        traits = (surface.albedo, surface.gloss, surface.sharpness, surface.skin, surface.normals, surface.along)
        colours = (self.lamp_colour, self.room_colour)
        return _thrown_back(*traits, seen.views, visible, reached, self.lamp, *colours)


class DepthMap:
    """How near things are, seen from far away in a direction (Williams, "Casting curved shadows on curved surfaces",
    SIGGRAPH 1978)."""

    def __init__(self, towards: np.ndarray, points: np.ndarray, triangles: np.ndarray, side: int) -> None:
        across = unit(np.array([towards[2], 0, -towards[0]], np.float32) + np.float32(1e-6))
        self.basis = np.stack([across, np.cross(towards, across), towards]).astype(np.float32)
        cells = side / (2 * REACH)
        self.scale = np.array([cells, cells, 1], np.float32)
        self.shift = np.array([side / 2, side / 2, 0], np.float32)
        x, y, near = turned(self.basis, points, self.scale, self.shift)
        _, _, self.nearest = raster(x, y, near, triangles, side)

    def seen(self, at: np.ndarray, radius: float, ramp: float, taps: int) -> np.ndarray:
        """The share of a disc of `radius` in this direction that points, float32 [3, n], see: float32 [n].

        What is in the way counts by how far it is in front, in full from `ramp` on.
        """
        x, y, near = turned(self.basis, at, self.scale, self.shift)
        return 1 - hidden(self.nearest, x, y, near, max(radius * self.scale[0], 0.7), ramp, taps)


@compiled
def _thrown_back(
    albedo: np.ndarray,
    gloss: np.ndarray,
    sharpness: np.ndarray,
    skin: np.ndarray,
    normals: np.ndarray,
    along: np.ndarray,
    views: np.ndarray,
    visible: np.ndarray,
    reached: np.ndarray,
    lamp: np.ndarray,
    lamp_colour: np.ndarray,
    room_colour: np.ndarray,
) -> np.ndarray:
    """Light leaving points towards the camera: linear RGB, float32 [3, n].

    Args:
        albedo, gloss, sharpness, skin, normals, along: as in `Surface`.
        views: float32 [3, n], unit vectors towards the camera.
        visible, reached: float32 [n], the shares of the lamp's light and of the room's that arrive.
        lamp: float32 [3], the unit vector towards it.
        lamp_colour, room_colour: float32 [3], linear RGB.
    """
    light = np.empty_like(albedo)
    one = np.float32(1)
    for point in range(albedo.shape[1]):
        nx, ny, nz = normals[0, point], normals[1, point], normals[2, point]
        vx, vy, vz = views[0, point], views[1, point], views[2, point]
        ax, ay, az = along[0, point], along[1, point], along[2, point]
        hx, hy, hz = lamp[0] + vx, lamp[1] + vy, lamp[2] + vz
        half = max(np.sqrt(hx * hx + hy * hy + hz * hz), np.float32(1e-9))
        facing = lamp[0] * nx + lamp[1] * ny + lamp[2] * nz
        arrives, kept, strand = visible[point], one, np.float32(0)
        if ax == 0 and ay == 0 and az == 0:
            aligned = _share((hx * nx + hy * ny + hz * nz) / half)
            shine = aligned ** sharpness[point] * _share(4 * facing + np.float32(0.4))
        else:
            # Kajiya & Kay, "Rendering fur with three dimensional textures" (SIGGRAPH 1989).
            towards = ax * lamp[0] + ay * lamp[1] + az * lamp[2]
            across = (ax * hx + ay * hy + az * hz) / half
            sine = np.sqrt(_share(one - towards * towards))
            kept = np.float32(0.35)
            strand = (one - kept) * sine * arrives * _share(facing + np.float32(0.6))
            shine = np.sqrt(_share(one - across * across)) ** sharpness[point] * _share(facing + np.float32(0.4))
        grazing = one - _share(vx * nx + vy * ny + vz * nz)
        grazing *= grazing
        around = reached[point] * (np.float32(0.75) + np.float32(0.25) * ny)
        for colour in range(3):
            wrap, power = BLEEDS[colour] * skin[point], one - FILLS[colour] * skin[point]
            diffuse = kept * _share((facing + wrap) / (one + wrap)) * arrives**power + strand
            ambient = room_colour[colour] * around
            highlight = shine * arrives * lamp_colour[colour] + np.float32(0.5) * grazing * grazing * ambient
            body = albedo[colour, point] * (lamp_colour[colour] * diffuse + ambient)
            light[colour, point] = body + gloss[point] * highlight
    return light


@compiled
def _share(value: float) -> float:
    """Between 0 and 1."""
    return min(max(value, np.float32(0)), np.float32(1))
