"""Starts a child in a job that ends with its last handle, says the child's number, and ends without a word to it."""

import ctypes
import subprocess
import sys
from ctypes import wintypes

KILL_ON_JOB_CLOSE = 0x2000
EXTENDED_LIMIT_INFORMATION = 9


class Basic(ctypes.Structure):
    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("limit_flags", wintypes.DWORD),
        ("working_set", ctypes.c_size_t * 2),
        ("active_processes", wintypes.DWORD),
        ("affinity", ctypes.c_size_t),
        ("priority", wintypes.DWORD * 2),
    )


class Extended(ctypes.Structure):
    _fields_ = (("basic", Basic), ("io", ctypes.c_uint64 * 6), ("memory", ctypes.c_size_t * 4))


kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
kernel32.CreateJobObjectW.restype = wintypes.HANDLE

job = wintypes.HANDLE(kernel32.CreateJobObjectW(None, None))
limits = Extended()
limits.basic.limit_flags = KILL_ON_JOB_CLOSE
size = ctypes.sizeof(limits)
if not kernel32.SetInformationJobObject(job, EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), size):
    raise ctypes.WinError(ctypes.get_last_error())
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
if not kernel32.AssignProcessToJobObject(job, wintypes.HANDLE(int(child._handle))):
    raise ctypes.WinError(ctypes.get_last_error())
print(child.pid)
