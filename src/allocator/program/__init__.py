"""The tagged 0/1 program that rules write and solvers read. No solver is imported here."""
