#include <vulkan/vulkan.h>

__declspec(dllimport) int base_value(void);
__declspec(dllimport) int outside_value(void);
void *memcpy(void *target, const void *source, unsigned long long size);

__declspec(dllexport) int demo_value(void) { return base_value() + outside_value(); }

__declspec(dllexport) unsigned demo_vulkan(void) {
  unsigned version = 0;
  return vkEnumerateInstanceVersion(&version) ? 0 : version;
}

/* What the compiler writes of its own accord: a path, and a time. */
__declspec(dllexport) const char *demo_built(void) { return __FILE__ " " __DATE__ " " __TIME__; }

/* Microsoft's compiler calls its runtime for a copy whose size it does not know. */
__declspec(dllexport) void demo_copy(void *target, const void *source, unsigned long long size) {
  memcpy(target, source, size);
}
