/** How a long command is laid out: the same in every shell. */

/** The longest line that a command is kept on. */
const WIDTH = 110;

/**
 * A command on one line where it fits; else one line for its head and one for each option.
 *
 * @param words the command's words, quoted
 * @param continuation what a line ends with that goes on in the next one
 */
export function commandLines(words: readonly string[], continuation: string): string[] {
  if (words.join(' ').length <= WIDTH) return [words.join(' ')];
  const isOption = (word: string): boolean => /^["']?--./.test(word);
  const lines: string[] = [];
  words.forEach((word, index) => {
    const breaks = index === 0 || isOption(word) || isOption(words[index - 1]);
    if (breaks || lines[lines.length - 1].length + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] += ` ${word}`;
  });
  return lines.map(
    (line, index) => `${index === 0 ? '' : '  '}${line}${index === lines.length - 1 ? '' : ` ${continuation}`}`,
  );
}
