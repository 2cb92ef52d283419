import { FilterError } from "./filter-error.js";
import { functions } from "./functions.js";
import { parseFilter } from "./parse.js";
import type { Expression } from "./syntax.js";
import type { FilterSubject, Type, Typed, Value } from "./values.js";

export type Filter = (subject: FilterSubject) => boolean;

/**
 * Makes a question about connections of an OData filter (service-surface §3.6). All types are checked here, before any
 * connection is looked at.
 *
 * The parsers on npm do not serve: of those that are kept (`odata-filter-to-ast` 4, `@odata/parser` 0.2) none reads
 * `'g' in groups`, the first one knows no `not`, and neither bounds the depth; `odata-v4-parser` has been left alone.
 *
 * @throws FilterError
 */
export function compileFilter(filter: string): Filter {
  const question = expect(compile(parseFilter(filter)), "bool");
  return (subject) => question.of(subject) === true;
}

type ExpressionOf<ExpressionType extends Expression["type"]> = Extract<Expression, { readonly type: ExpressionType }>;

function compile(expression: Expression): Typed {
  const { source } = expression;
  const yes = (of: (subject: FilterSubject) => boolean): Typed => ({ type: "bool", source, of });
  switch (expression.type) {
    case "literal": {
      const { value } = expression;
      return { type: typeOf(value), source, of: () => value };
    }
    case "name":
      return readName(expression);
    case "call":
      return readCall(expression);
    case "not": {
      const operand = expect(compile(expression.operand), "bool");
      return yes((subject) => operand.of(subject) !== true);
    }
    case "and": {
      const operands = expression.operands.map((operand) => expect(compile(operand), "bool"));
      return yes((subject) => operands.every((operand) => operand.of(subject) === true));
    }
    case "or": {
      const operands = expression.operands.map((operand) => expect(compile(operand), "bool"));
      return yes((subject) => operands.some((operand) => operand.of(subject) === true));
    }
    case "in":
      return yes(membership(expression));
    case "comparison":
      return yes(comparison(expression));
  }
}

const names: Readonly<Record<string, Omit<Typed, "source">>> = {
  userid: { type: "string", of: ({ userId }) => userId ?? null },
  connectionid: { type: "string", of: ({ connectionId }) => connectionId },
  groups: { type: "collection", of: ({ groups }) => groups },
  protocol: { type: "string", of: ({ protocol }) => protocol ?? null },
};

function readName({ name, source }: ExpressionOf<"name">): Typed {
  const key = name.toLowerCase();
  const found = Object.hasOwn(names, key) ? names[key] : undefined;
  if (!found) throw new FilterError(source, `Unknown identifier '${name}'.`);
  return { ...found, source };
}

function readCall({ name, parameters, source }: ExpressionOf<"call">): Typed {
  const found = functions.get(name);
  if (!found) throw new FilterError(source, `Unknown function '${name}'.`);
  const { parameters: wanted, optional = 0 } = found;
  if (parameters.length > wanted.length || parameters.length < wanted.length - optional) {
    throw new FilterError(source, `'${name}' takes ${wanted.length} parameters, not ${parameters.length}.`);
  }
  const given = parameters.map((parameter, at) => expect(compile(parameter), ...(wanted[at] ?? [])));
  return { type: found.result, source, of: (subject) => found.call(...given.map((one) => one.of(subject))) };
}

const orders = {
  gt: (left: number, right: number) => left > right,
  ge: (left: number, right: number) => left >= right,
  lt: (left: number, right: number) => left < right,
  le: (left: number, right: number) => left <= right,
};

function comparison({ operator, left, right, source }: ExpressionOf<"comparison">): Filter {
  const [one, other] = [compile(left), compile(right)];
  if (operator === "eq") return (subject) => one.of(subject) === other.of(subject);
  if (operator === "ne") return (subject) => one.of(subject) !== other.of(subject);
  expect({ ...one, source }, "int");
  expect({ ...other, source }, "int");
  const holds = orders[operator];
  return (subject) => {
    const [a, b] = [one.of(subject), other.of(subject)];
    return typeof a === "number" && typeof b === "number" && holds(a, b);
  };
}

function membership({ left, list, source }: ExpressionOf<"in">): Filter {
  const one = compile(left);
  const items = "type" in list ? [expect(compile(list), "collection")] : list.map(compile);
  const [first, ...more] = items;
  if (first?.type === "collection" && more.length === 0) {
    expect({ ...one, source }, "string");
    return (subject) => {
      const [text, collection] = [one.of(subject), first.of(subject)];
      return typeof text === "string" && collection instanceof Set && collection.has(text);
    };
  }
  const candidates = items.map((item) => expect(item, one.type));
  return (subject) => {
    const value = one.of(subject);
    return candidates.some((candidate) => candidate.of(subject) === value);
  };
}

/** A place that asks for a bool gets one; elsewhere `null` stands for a value of any type. */
function expect(typed: Typed, ...wanted: readonly Type[]): Typed {
  const fits = wanted.includes(typed.type) || (typed.type === "null" && !wanted.includes("bool"));
  if (!fits) throw new FilterError(typed.source, `Type '${typed.type}', expect '${wanted.join("' or '")}'.`);
  return typed;
}

function typeOf(value: Exclude<Value, ReadonlySet<string>>): Type {
  if (value === null) return "null";
  return typeof value === "string" ? "string" : typeof value === "number" ? "int" : "bool";
}
