import { FilterError } from "./filter-error.js";
import { comparisonOperators, type ComparisonOperator, type Expression } from "./syntax.js";
import { tokenize, type Token } from "./tokens.js";

const MAX_DEPTH = 100;

const constants: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
const reserved = new Set(["and", "or", "not", "in", ...comparisonOperators]);

/**
 * Reads a filter. From loose to tight: `or`, `and`, comparison and `in`, `not` (service-surface §3.6).
 *
 * @throws FilterError
 */
export const parseFilter = (filter: string): Expression => new Parser(filter).parse();

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(private readonly filter: string) {
    this.#tokens = tokenize(filter);
  }

  parse(): Expression {
    const expression = this.#or();
    return this.#token.type === "end" ? expression : this.#unexpected();
  }

  #or(): Expression {
    return this.#chain("or", () => this.#chain("and", () => this.#comparison()));
  }

  /** However long, a chain is one flat list, so that its length is no depth. */
  #chain(operator: "and" | "or", operand: () => Expression): Expression {
    const { start } = this.#token;
    const first = operand();
    const operands = [first];
    while (this.#takeWord(operator)) operands.push(operand());
    return operands.length === 1 ? first : { type: operator, operands, source: this.#since(start) };
  }

  #comparison(): Expression {
    const { start } = this.#token;
    let left = this.#unary();
    // What is compared with a comparison is deeper by one.
    for (let deeper = 0; ; deeper++) {
      if (deeper > MAX_DEPTH) this.#tooDeep();
      const operator = this.#takeComparison();
      if (operator) left = { type: "comparison", operator, left, right: this.#unary(), source: this.#since(start) };
      else if (this.#takeWord("in")) left = { type: "in", left, list: this.#list(), source: this.#since(start) };
      else return left;
    }
  }

  #takeComparison(): ComparisonOperator | undefined {
    return comparisonOperators.find((operator) => this.#takeWord(operator));
  }

  /** What `in` looks into: several values in parentheses, or one expression. */
  #list(): Expression[] | Expression {
    return this.#token.type === "(" ? this.#inParentheses() : this.#unary();
  }

  #unary(): Expression {
    const { start } = this.#token;
    if (!this.#takeWord("not")) return this.#primary();
    const operand = this.#nested(() => this.#unary());
    return { type: "not", operand, source: this.#since(start) };
  }

  #primary(): Expression {
    const token = this.#token;
    switch (token.type) {
      case "text":
        return this.#literal(token.text);
      case "int":
        return this.#literal(token.int);
      case "word":
        return this.#word(token.word);
      case "(": {
        const [inner, ...more] = this.#inParentheses();
        if (!inner || more.length > 0) return this.#unexpected();
        return inner;
      }
      default:
        return this.#unexpected();
    }
  }

  #word(word: string): Expression {
    const { start } = this.#token;
    const constant = constants[word];
    if (constant !== undefined && Object.hasOwn(constants, word)) return this.#literal(constant);
    if (reserved.has(word)) return this.#unexpected();
    this.#at++;
    if (this.#token.type !== "(") return { type: "name", name: word, source: this.#since(start) };
    const parameters = this.#inParentheses();
    return { type: "call", name: word, parameters, source: this.#since(start) };
  }

  #literal(value: string | number | boolean | null): Expression {
    const { start } = this.#token;
    this.#at++;
    return { type: "literal", value, source: this.#since(start) };
  }

  #inParentheses(): Expression[] {
    this.#take("(");
    const list = [this.#nested(() => this.#or())];
    while (this.#token.type === ",") {
      this.#at++;
      list.push(this.#nested(() => this.#or()));
    }
    this.#take(")");
    return list;
  }

  #nested<Result>(read: () => Result): Result {
    if (++this.#depth > MAX_DEPTH) this.#tooDeep();
    const result = read();
    this.#depth--;
    return result;
  }

  get #token(): Token {
    // The last token is `end`, which nothing takes.
    return this.#tokens[this.#at] ?? { type: "end", start: this.filter.length, end: this.filter.length };
  }

  #takeWord(word: string): boolean {
    const token = this.#token;
    if (token.type !== "word" || token.word !== word) return false;
    this.#at++;
    return true;
  }

  #take(type: Token["type"]): void {
    if (this.#token.type !== type) this.#unexpected();
    this.#at++;
  }

  #since(start: number): string {
    return this.filter.slice(start, this.#tokens[this.#at - 1]?.end);
  }

  #unexpected(): never {
    const { type, start, end } = this.#token;
    const what = type === "end" ? "end" : `'${this.filter.slice(start, end)}'`;
    throw new FilterError(this.filter, `Unexpected ${what} at position ${start}.`);
  }

  #tooDeep(): never {
    throw new FilterError(excerpt(this.filter), `The expression is nested deeper than ${MAX_DEPTH}.`);
  }
}

const excerpt = (text: string): string => (text.length <= 100 ? text : `${text.slice(0, 100)}…`);
