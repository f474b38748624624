"""The tagged 0/1 program: what rules write and solvers read. No solver is imported here."""
