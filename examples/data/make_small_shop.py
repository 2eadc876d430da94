"""Writes small_shop.csv, the purchases of an invented shop: 400 customers who first bought in 2024, to the end of 2025.

    python3 make_small_shop.py >small_shop.csv

Purchases come by MBG/NBD (rates and chances to leave drawn for each customer), amounts by a mean of her own. Three lines are spoilt
on purpose, so that the example has something to refuse.
"""

import datetime
import math
import random

draw = random.Random(2024)
end = datetime.date(2025, 12, 31)
rows = []
for number in range(1, 401):
    day = datetime.date(2024, 1, 1) + datetime.timedelta(days=draw.randrange(366))
    rate, leaves = draw.gammavariate(0.9, 0.12), draw.betavariate(0.9, 2.5)  # purchases a week, chance after each purchase
    mean = 20 * math.exp(draw.gauss(0, 0.5))
    while day <= end:
        rows.append((day, f"C{number:03}", f"{mean * draw.gammavariate(4, 0.25):.2f}"))
        if draw.random() < leaves:
            break
        day += datetime.timedelta(days=1 + round(7 * draw.expovariate(rate)))
rows.sort()
spoilt = {100: ("2024-02-30", "C017", "12.00"), 200: ("2024-08-14", "", "9.90"), 300: ("2024-09-21", "C044", "twelve")}
print("date,customer_id,amount")
for at, row in enumerate(rows, start=1):
    if at in spoilt:
        print(",".join(spoilt[at]))
    print(",".join(str(cell) for cell in row))
