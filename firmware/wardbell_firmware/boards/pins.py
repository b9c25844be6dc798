"""The one pin map: which GPIO carries what on each board. Board files, schematics, wiring pictures and pin tables read it.

Keys and loops join their pin to ground, with the chip's own pull-up. A key is open at rest (pressed = low). A loop is
closed at rest (pulled, cut or unplugged = high), so that a broken wire calls.
"""

# Raspberry Pi Pico (RP2040). GP23..GP25 and GP29 belong to the board itself, on a Pico W to its radio.
PICO_BEDSIDE = {
    "call": 2,  # key: the one large button
    "reset": 3,  # key
    "presence": 4,  # key
    "assist": 5,  # key
    "cord": 6,  # loop: pull cord
    "handset": 7,  # loop through the call button's cable: opens when it is unplugged or cut
    "lamp_red": 10,
    "lamp_green": 11,
    "buzzer": 12,  # PWM
    "radio_power": 14,  # high: the transmitter has its supply
    "radio": 15,  # carrier on while high
    "ear_power": 16,  # high: the receive module has its supply (two-way nodes)
    "ear": 17,  # the receive module's data
    "battery": 26,  # ADC0, half of the battery's voltage
}

PICO_RECEIVER = {
    "line_tx": 0,  # UART0, where the host is not joined by USB
    "line_rx": 1,
    "radio": 2,  # the receive module's data
    "transmitter": 3,  # carrier on while high
    "buzzer": 4,  # PWM
    "lcd_rs": 6,
    "lcd_e": 7,
    "lcd_d4": 8,
    "lcd_d5": 9,
    "lcd_d6": 10,
    "lcd_d7": 11,
    "ack": 13,  # key
    "browse": 14,  # key
    "mute": 15,  # key
    "status_red": 16,  # lamp: something is wrong
    "status_green": 17,  # lamp: it runs and hears
    "relay": 18,  # high: held; it drops when the program or the supply dies
    "lcd_sda": 20,  # I2C0, for a display behind a PCF8574 instead of the six lcd pins
    "lcd_scl": 21,
    "mains": 22,  # high while the mains supply is there (5 V by a divider), low on the backup battery
}

# ESP32-C3: GPIO2, 8 and 9 decide how it boots, 18 and 19 are its USB; only GPIO0..5 wake it from deep sleep. Until the
# firmware runs, 20 (U0RXD) is weakly pulled up and 21 (U0TXD) sends the boot loader's words: neither may key the carrier.
C3_BEDSIDE = {
    "battery": 0,  # ADC1, half of the battery's voltage
    "handset": 1,  # loop
    "call": 3,  # key
    "reset": 4,  # key
    "cord": 5,  # loop
    "lamp_red": 6,
    "lamp_green": 7,
    "radio": 10,  # carrier on while high
    "buzzer": 20,  # PWM; a piezo is silent at the steady level it has while the chip boots
    "radio_power": 21,  # high while the chip boots: the transmitter then has its supply, but sends nothing
}
