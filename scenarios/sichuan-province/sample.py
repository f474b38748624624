"""Draws counties, writes each in three modes, solves and verifies them, and prints one table.

    python scenarios/sichuan-province/sample.py --counties 5 --seed 1 --out DIR

Any other county is given by its size and geography, in place of those drawn:

    python scenarios/sichuan-province/sample.py --out DIR --name 某县 --code 510999 --townships 20 --width 30
        --agencies 14 --offices 4 --lon 105.1 --lat 30.5
"""
