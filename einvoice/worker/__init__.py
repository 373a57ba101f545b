"""Work in the background: wake-ups for what just came in, and rounds that find whatever was forgotten.

The database knows what is due. A wake-up only saves waiting for the next round; losing one costs seconds.
"""

from einvoice.worker.errands import Errand
from einvoice.worker.folder import FOLDER_SENDER
from einvoice.worker.queue import WakeQueue
from einvoice.worker.run import run_worker

__all__ = ["FOLDER_SENDER", "Errand", "WakeQueue", "run_worker"]
