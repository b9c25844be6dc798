"""What is frozen into the RP2040 image: the port's own modules and asyncio.

Stock images freeze a few drivers of micropython-lib more (onewire, ds18x20, dht, neopixel), which Debian's
sources leave out and nothing here uses.
"""

freeze("$(PORT_DIR)/modules")  # noqa: F821  a manifest is run with these names
include("$(MPY_DIR)/extmod/asyncio")  # noqa: F821
