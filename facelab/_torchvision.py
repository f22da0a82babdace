"""torchvision, importable beside any build of torch: `from facelab._torchvision import torchvision, v2`.

On Linux the wheel of torchvision on PyPI is linked against CUDA. Beside a CPU-only torch its compiled operators cannot
be loaded, and `import torchvision` then fails with "operator torchvision::nms does not exist", because it describes the
shapes of `nms` and `qnms` whether or not they were loaded. Declaring the two (without an implementation) is enough for
everything written in Python: transforms, models, datasets. Where the operators load, nothing is declared.
"""

import torch

try:
    import torchvision
except RuntimeError as error:
    if "torchvision::nms" not in str(error):
        raise
    # The declarations last as long as this object does.
    _DECLARED = torch.library.Library("torchvision", "FRAGMENT")
    for _name in ("nms", "qnms"):
        _DECLARED.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

from torchvision.transforms import v2

__all__ = ["torchvision", "v2"]
