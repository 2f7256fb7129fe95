/**
 * Reads a rendered PowerShell script as PowerShell would: a stand-in for machines that have none.
 *
 * It knows the few constructs that the renderer writes and refuses all others, so nothing goes unread. Tree-sitter only
 * says where things are; where a string ends and what it holds is decided by PowerShell's own rules.
 */
import { readFileSync } from 'node:fs';
import { Language, Node, Parser } from 'web-tree-sitter';
import {
  expandable,
  namesBeforeColons,
  Refusal,
  SINGLE_QUOTES,
  verbatim,
  withoutFalseComments,
} from './powershell-strings';

/** What a script finds, and what becomes of what it does. */
export interface World {
  /** The script's variables, which assignments change. */
  readonly variables: Map<string, string>;
  readonly environment: ReadonlyMap<string, string>;
  exists(path: string): boolean;
  onPath(command: string): boolean;
  /** Calls one of the script's functions. */
  call(name: string, argv: readonly string[]): void;
  /** Takes note of an assignment, which is in the variables already. */
  assigned(name: string, value: string, exported: boolean): void;
}

/** Loads the grammar; once is enough. */
export async function loadReader(): Promise<PowerShellReader> {
  await Parser.init();
  const parser = new Parser();
  // As bytes: the loader would read a path through an import, which jest does not know.
  parser.setLanguage(
    await Language.load(readFileSync(require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm'))),
  );
  return new PowerShellReader(parser);
}

export class PowerShellReader {
  private last?: { readonly script: string; readonly root: Node };

  constructor(private readonly parser: Parser) {}

  /** What a parser complains of: where each error is, or what is missing. */
  public errors(script: string): string[] {
    const visit = (node: Node): string[] => [
      ...(node.isError || node.isMissing ? [at(node, node.isMissing ? `${node.type} is missing` : 'error')] : []),
      ...node.children.flatMap((child) => visit(child!)),
    ];
    const root = this.parse(script);
    return [
      ...(root.hasError ? visit(root) : []),
      ...namesBeforeColons(script).map((text) => `a colon after a name in a string: ${text}`),
    ];
  }

  /** Goes through the steps of a script: everything from its first `step` on. */
  public runSteps(script: string, world: World): void {
    const statements = this.statements(script);
    const first = statements.findIndex((node) => commandName(node) === 'step');
    if (first < 0) throw new Refusal('there is no step');
    const last = statements[statements.length - 1].text === 'exit 0' ? -1 : undefined;
    new Run(script, world).statements(statements.slice(first, last));
  }

  /** Reads the script's inputs: each `$NAME = given …` and `$NAME = absolute (given …)`. */
  public readInputs(script: string, world: World, absolute: (path: string) => string): void {
    for (const node of this.statements(script)) {
      const assignment = node.type === 'pipeline' ? node.firstNamedChild : null;
      if (assignment?.type !== 'assignment_expression') continue;
      const value = commandName(assignment.lastNamedChild!);
      if (value === 'given' || value === 'absolute') new Run(script, world, absolute).statements([node]);
    }
  }

  /** The text of the script's only verbatim here-string: its help. */
  public help(script: string): string {
    const [node, ...others] = this.root(script).descendantsOfType('verbatim_here_string_characters');
    if (!node || others.length > 0) throw new Refusal('there is not one here-string');
    const [head, ...lines] = node.text.split('\n');
    // PowerShell takes any single quote for the end, at the start of a line.
    const end = lines.findIndex((line) => new RegExp(`^[${SINGLE_QUOTES}]@`).test(line));
    if (head !== "@'" || end !== lines.length - 1) throw new Refusal(at(node, 'PowerShell ends this elsewhere'));
    return lines.slice(0, -1).join('\n');
  }

  /** The names of all commands, wherever they are called. */
  public called(script: string): string[] {
    return this.root(script)
      .descendantsOfType('command_name')
      .map((node) => node!.text);
  }

  /** The value of a word that stands alone, such as an argument. */
  public evaluate(word: string, variables: Record<string, string> = {}): string {
    const script = `step ${word}\n`;
    let value: string | undefined;
    const world = nowhere(new Map(Object.entries(variables)), (_, [only, ...more]) => {
      if (more.length > 0) throw new Refusal(`${word} is more than one argument`);
      value = only;
    });
    this.runSteps(script, world);
    if (value === undefined) throw new Refusal(`${word} is no argument`);
    return value;
  }

  private root(script: string): Node {
    const errors = this.errors(script);
    if (errors.length > 0) throw new Refusal(errors.join('\n'));
    return this.parse(script);
  }

  private parse(script: string): Node {
    if (this.last?.script !== script) {
      this.last = { script, root: this.parser.parse(withoutFalseComments(script))!.rootNode };
    }
    return this.last.root;
  }

  private statements(script: string): Node[] {
    return named(this.root(script)).flatMap((node) => (node.type === 'statement_list' ? named(node) : [node]));
  }
}

/** A world in which nothing is: it hears the calls. */
export function nowhere(variables: Map<string, string>, call: World['call']): World {
  return {
    variables,
    environment: new Map(),
    exists: () => false,
    onPath: () => false,
    call,
    assigned: () => {},
  };
}

class Run {
  constructor(
    private readonly source: string,
    private readonly world: World,
    private readonly absolute?: (path: string) => string,
  ) {}

  public statements(nodes: readonly Node[]): void {
    for (const node of nodes) {
      if (node.type === 'comment') this.comment(node);
      else if (node.type === 'statement_list') this.statements(named(node));
      else if (node.type === 'if_statement') this.branch(node);
      else if (node.type === 'pipeline') this.pipeline(node);
      else throw new Refusal(at(node, `a ${node.type}`));
    }
  }

  private comment(node: Node): void {
    if (!/^#(?!requires)[^\r]*$/i.test(node.text)) throw new Refusal(at(node, 'not only a comment'));
  }

  private pipeline(node: Node): void {
    const only = single(node);
    if (only.type === 'assignment_expression') {
      this.assign(only);
    } else {
      const { name, argv } = this.command(unwrap(only));
      this.world.call(name, argv);
    }
  }

  /** `$NAME = …`, or `$env:NAME = $NAME = …`, which also exports it. */
  private assign(node: Node): void {
    const [left, operator, right, ...rest] = node.children as Node[];
    const inner = single(right);
    const exported = unwrap(left).text.match(/^\$env:([A-Z_][A-Z0-9_]*)$/);
    if (operator.text !== '=' || rest.length > 0) throw new Refusal(at(node, 'an assignment of another kind'));
    if (exported) {
      if (inner.type !== 'assignment_expression' || unwrap(inner.firstChild!).text !== `$${exported[1]}`) {
        throw new Refusal(at(node, 'the environment differs from the variable'));
      }
      return this.set(exported[1], this.expression(unwrap(single(inner.lastChild!))), true);
    }
    const name = unwrap(left).text.match(/^\$([A-Z_][A-Z0-9_]*)$/)?.[1];
    if (!name) throw new Refusal(at(left, 'not a variable of the script'));
    this.set(name, this.expression(unwrap(inner)), false);
  }

  private set(name: string, value: string, exported: boolean): void {
    this.world.variables.set(name, value);
    this.world.assigned(name, value, exported);
  }

  private branch(node: Node): void {
    const [condition, ...blocks] = named(node).filter((child) => child.type !== 'comment');
    const [then, otherwise, ...more] = blocks.map((block) => (block.type === 'else_clause' ? single(block, 1) : block));
    if (more.length > 0 || [then, otherwise].some((block) => block && block.type !== 'statement_block')) {
      throw new Refusal(at(node, 'an if of another kind'));
    }
    const chosen = this.condition(unwrap(single(condition))) ? then : otherwise;
    if (chosen) this.statements(named(chosen));
  }

  private condition(node: Node): boolean {
    if (node.type === 'comparison_expression') {
      const [left, operator, right] = node.children as Node[];
      const isVariable = /^\$[A-Z_][A-Z0-9_]*$/.test(left.text);
      if (isVariable && operator.text === '-ne' && right.text === "''") return this.word(unwrap(left)) !== '';
      throw new Refusal(at(node, 'a comparison of another kind'));
    }
    const { name, argv } = this.command(node, '-LiteralPath');
    if (name === 'on_path' && argv.length === 1) return this.world.onPath(argv[0]);
    if (name === 'Test-Path' && argv.length === 2) return this.world.exists(argv[1]);
    throw new Refusal(at(node, 'a condition of another kind'));
  }

  /** The right side of an assignment. */
  private expression(node: Node): string {
    if (node.type === 'parenthesized_expression') return this.expression(unwrap(single(node, 1, 3)));
    if (node.type !== 'command') return this.word(node);
    const { name, argv } = this.command(node);
    if (name === 'given' && argv.length === 2) return argv[0] || argv[1];
    if (name === 'absolute' && argv.length === 1 && this.absolute) return argv[0] && this.absolute(argv[0]);
    throw new Refusal(at(node, 'a value of another kind'));
  }

  /** @param parameter the only one that may be named, and must be, where there is one: for a cmdlet */
  private command(node: Node, parameter?: string): { name: string; argv: string[] } {
    const [name, elements, ...rest] = node.children as Node[];
    if (node.type !== 'command' || name.type !== 'command_name' || rest.length > 0) {
      throw new Refusal(at(node, `a ${node.type} where a command should be`));
    }
    if (!/^[a-z_]+$|^Test-Path$/.test(name.text)) throw new Refusal(at(name, 'not a function of the script'));
    const argv: string[] = [];
    ((elements?.children ?? []) as Node[]).forEach((element, index) => {
      if (index % 2 === 0) {
        // Between two arguments: blanks, or a line that goes on.
        if (!/^ +$|^ `\n +$/.test(element.text)) throw new Refusal(at(element, 'no separator'));
      } else if (element.type === 'command_parameter') {
        if (element.text !== parameter) throw new Refusal(at(element, 'a parameter, which would not reach a program'));
        argv.push(element.text);
      } else {
        argv.push(this.expression(unwrap(element)));
      }
    });
    return { name: name.text, argv };
  }

  private word(node: Node): string {
    const whole = (value: string, end: number): string => {
      if (end !== node.endIndex) throw new Refusal(at(node, 'PowerShell ends this string elsewhere'));
      return value;
    };
    switch (node.type) {
      case 'verbatim_string_characters':
        return whole(...verbatim(this.source, node.startIndex));
      case 'expandable_string_literal':
        return whole(...expandable(this.source, node.startIndex, (reference) => this.variable(reference)));
      case 'variable':
      case 'braced_variable':
        return this.variable(node.text);
      case 'decimal_integer_literal':
      case 'generic_token':
        // Neither a number nor a bare word of these is changed on its way to a program.
        if (/^(0|[1-9][0-9]*|[A-Za-z][A-Za-z0-9_]*)$/.test(node.text)) return node.text;
    }
    throw new Refusal(at(node, `a ${node.type}`));
  }

  private variable(reference: string): string {
    const name = reference.replace(/^\$[({]?|[)}]$/g, '');
    if (name.startsWith('env:')) return this.world.environment.get(name.slice(4)) ?? '';
    const value = this.world.variables.get(name);
    if (value === undefined) throw new Refusal(`${reference} is not set, which strict mode does not forgive`);
    return value;
  }
}

function named(node: Node): Node[] {
  return node.namedChildren as Node[];
}

/** A node's only child, or the one at a place among so many. */
function single(node: Node, index = 0, count = index + 1): Node {
  if (node.childCount !== count) throw new Refusal(at(node, `a ${node.type} of another kind`));
  return node.child(index)!;
}

/** What remains of a node when the layers are taken off that only say how tightly operators bind. */
function unwrap(node: Node): Node {
  const isLayer = /^pipeline|_expression$|^(string|integer)_literal$/.test(node.type);
  return isLayer && node.childCount === 1 ? unwrap(node.child(0)!) : node;
}

function commandName(node: Node): string | undefined {
  return unwrap(node).type === 'command' ? unwrap(node).child(0)!.text : undefined;
}

function at(node: Node, problem: string): string {
  return `line ${node.startPosition.row + 1}: ${problem}: ${node.text.slice(0, 100)}`;
}
