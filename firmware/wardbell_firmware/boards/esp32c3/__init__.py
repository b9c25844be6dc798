"""The ESP32-C3 as a bed node. Checked against MicroPython's stubs and compiled; never run: no emulator of it was at hand."""
