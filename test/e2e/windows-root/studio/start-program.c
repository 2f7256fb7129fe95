/* What every program begins with, as Microsoft's msvcrt.lib has it. */
int main(int count, char **words);
int mainCRTStartup(void) { return main(0, 0); }
