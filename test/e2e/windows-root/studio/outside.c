__declspec(dllexport) int outside_value(void) { return 2; }
