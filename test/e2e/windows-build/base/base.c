__declspec(dllexport) int base_value(void) { return 40; }

/* One number for each copy of this code that is loaded. */
static int count;
__declspec(dllexport) int base_count(void) { return ++count; }
__declspec(dllexport) int base_data = 2;
