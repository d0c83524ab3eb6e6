"""Pure codecs and vocabulary of CivicWatt: measures, device templates, Modbus, Sparkplug B. No I/O."""
