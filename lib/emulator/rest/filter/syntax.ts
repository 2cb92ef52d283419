/** The parts of a filter, each with the text that it was written as, which error messages show. */
export type Expression = { readonly source: string } & (
  | { readonly type: "literal"; readonly value: string | number | boolean | null }
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "call"; readonly name: string; readonly parameters: readonly Expression[] }
  | { readonly type: "not"; readonly operand: Expression }
  | { readonly type: "and" | "or"; readonly operands: readonly Expression[] }
  | {
      readonly type: "comparison";
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** Several values in parentheses, or one expression that must be a collection. */
  | { readonly type: "in"; readonly left: Expression; readonly list: readonly Expression[] | Expression }
);

export const comparisonOperators = ["eq", "ne", "gt", "ge", "lt", "le"] as const;
export type ComparisonOperator = (typeof comparisonOperators)[number];
