from pathlib import Path
from rich.table import Table
def growth(folder: Path, most: int, database: str) -> Table:
    return Table()
