"""A plan as a proposal in Word: its sections and annexes, laid out by GB/T 9704-2012, and read back."""
