"""RapidOCR's recognition net, the first recogniser: all that the program knows of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

import cv2
import numpy as np

from extractors.scans.decoding import Alphabet
from extractors.scans.ocr import Reading, RecogniserFailed
from extractors.scans.rendering import Pixels

HEIGHT = 48
"""Pixels: the height that the recognition net was trained on."""

SQUEEZE = 0.8
"""How much of its width a line keeps: reads the same on the sample scans, and costs a sixth less time."""

SQUEEZE_LONG = 0.7
"""The same for a line longer than `LONG` times its height, whose characters have neighbours to be told by; a scan of
200 dpi has no more columns than this keeps."""

LONG = 6.0

WIDEST = 3200
"""Pixels at that height: a longer line is read in parts, so that memory stays bounded."""


class RapidOcr:
    """PP-OCR's recognition net under ONNX Runtime, its alphabet narrowed to what Japanese documents print.

    Lines go in one by one: their widths differ so much that padding a batch costs more than it saves (0.13 s against
    0.18 s a full line on one core), and a line's reading cannot depend on its neighbours.
    """

    @cached_property
    def name(self) -> str:
        return (
            f"rapidocr {version('rapidocr')} onnxruntime {version('onnxruntime')} narrowed-7 x{SQUEEZE}/{SQUEEZE_LONG}"
        )

    @cached_property
    def _session(self) -> Any:
        try:
            import onnxruntime
            import rapidocr
        except ImportError as error:
            raise RecogniserFailed(f"rapidocr: {error}") from error
        from pathlib import Path

        models = sorted((Path(rapidocr.__file__).parent / "models").glob("*_rec_*.onnx"))
        if not models:
            raise RecogniserFailed("rapidocr: its wheel brought no recognition model")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the pool of processes shares out the cores
        options.enable_mem_pattern = False  # a plan is kept for each width, and hardly two lines have the same
        options.log_severity_level = 4
        return onnxruntime.InferenceSession(str(models[-1]), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _alphabet(self) -> Alphabet:
        characters = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        return Alphabet(["", *characters, " "])

    def recognise(self, images: Sequence[Pixels]) -> list[Reading]:
        readings = []
        for image in images:
            try:
                readings.append(self._line(image))
            except RecogniserFailed:
                raise
            except Exception as error:  # whatever the runtime raises: it has no common class
                raise RecogniserFailed(f"rapidocr: {error}") from error
        return readings

    def _line(self, image: Pixels) -> Reading:
        height, width = image.shape
        if height < 2 or width < 2:
            return Reading()
        squeeze = SQUEEZE_LONG if width > LONG * height else SQUEEZE
        wide = min(max(round(squeeze * width * HEIGHT / height), 16), WIDEST)
        scaled = cv2.resize(image, (wide, HEIGHT), interpolation=cv2.INTER_AREA if height > HEIGHT else cv2.INTER_CUBIC)
        padded = np.full((HEIGHT, -(-wide // 8) * 8), 255, dtype=np.uint8)
        padded[:, :wide] = scaled
        values = (padded.astype(np.float32) / 127.5) - 1.0
        batch = np.broadcast_to(values, (1, 3, *values.shape))
        probabilities = self._session.run(None, {self._session.get_inputs()[0].name: np.ascontiguousarray(batch)})[0][0]
        return self._alphabet.decoded(probabilities, padded, squeeze).stretched(padded.shape[1] / wide)
