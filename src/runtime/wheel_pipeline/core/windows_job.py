"""A Windows job object: when its handle is closed, every process in it ends, and so does what they have started.

@see https://learn.microsoft.com/en-us/windows/win32/procthread/job-objects
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Sequence
from ctypes import wintypes
from typing import Any, ClassVar

assert sys.platform == "win32"  # elsewhere nothing imports it

kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
kernel32.CreateJobObjectW.restype = wintypes.HANDLE
kernel32.CreateJobObjectW.argtypes = [wintypes.LPVOID, wintypes.LPCWSTR]
kernel32.SetInformationJobObject.argtypes = [wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD]
kernel32.AssignProcessToJobObject.argtypes = [wintypes.HANDLE, wintypes.HANDLE]
kernel32.GetCurrentProcess.restype = wintypes.HANDLE
kernel32.CloseHandle.argtypes = [wintypes.HANDLE]
ntdll = ctypes.WinDLL("ntdll")
ntdll.NtResumeProcess.argtypes = [wintypes.HANDLE]

EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
KILL_ON_CLOSE = 0x2000  # JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
SUSPENDED = 0x4  # CREATE_SUSPENDED


class BasicLimits(ctypes.Structure):
    _fields_ = [
        ("per_process_time", ctypes.c_int64),
        ("per_job_time", ctypes.c_int64),
        ("flags", wintypes.DWORD),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_processes", wintypes.DWORD),
        ("affinity", ctypes.c_size_t),
        ("priority_class", wintypes.DWORD),
        ("scheduling_class", wintypes.DWORD),
    ]


class ExtendedLimits(ctypes.Structure):
    _fields_ = [
        ("basic", BasicLimits),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    ]


class Job:
    """Processes that end together. Where Windows refuses one, processes are on their own, as without it."""

    _own: ClassVar[Job | None] = None

    def __init__(self) -> None:
        self.handle: Any = kernel32.CreateJobObjectW(None, None)
        limits = ExtendedLimits()
        limits.basic.flags = KILL_ON_CLOSE
        kernel32.SetInformationJobObject(self.handle, EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))

    @classmethod
    def of_this_process(cls) -> None:
        """Whatever ends this process, also without asking it, ends its children."""
        if cls._own is None:
            cls._own = cls()
            kernel32.AssignProcessToJobObject(cls._own.handle, kernel32.GetCurrentProcess())

    def start(self, argv: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a process in the job.

        It waits until it is in the job: what it had started before, as a venv's python.exe starts the real Python,
        would stay outside. Python closes the handle of its first thread, which ResumeThread would take.
        """
        process = subprocess.Popen(argv, creationflags=SUSPENDED, **options)
        handle = int(process._handle)  # type: ignore[attr-defined]
        kernel32.AssignProcessToJobObject(self.handle, handle)
        ntdll.NtResumeProcess(handle)
        return process

    def close(self) -> None:
        """End all of its processes."""
        if self.handle:
            kernel32.CloseHandle(self.handle)
            self.handle = None
