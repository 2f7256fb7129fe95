__declspec(dllimport) int helper_value(void);
__declspec(dllimport) int vkEnumerateInstanceVersion(unsigned *version);
__declspec(dllimport) unsigned GetCurrentProcessId(void);

__declspec(dllexport) int demo_value(void) {
  unsigned version;
  return vkEnumerateInstanceVersion(&version) + helper_value() + (GetCurrentProcessId() != 0);
}
