/* What every DLL begins with, as Microsoft's msvcrt.lib has it. */
int _DllMainCRTStartup(void *module, unsigned reason, void *reserved) { return 1; }

/* The guard of the stack, which cl.exe builds into every function with something to guard. */
unsigned long long __security_cookie = 1;
void __security_check_cookie(unsigned long long cookie) {}
