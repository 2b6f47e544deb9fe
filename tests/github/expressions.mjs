// @ts-check
// The library is an ES module that a `require` does not find.
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { truthy } from "@actions/expressions/result";

/** @typedef {import("@actions/expressions/data/index").ExpressionData} ExpressionData */

/**
 * The value of an expression of GitHub's, as GitHub's own library evaluates it.
 * @param {string} expression without `${{ }}`
 * @param {Record<string, unknown>} contexts such as `github`, `steps`, `secrets`
 * @param {Record<string, boolean>} states what `success()`, `failure()` and so on answer
 * @returns {{ text: string, truth: boolean }}
 */
export function evaluate(expression, contexts, states) {
  const functions = Object.entries(states).map(([name, answer]) => ({
    ...{ name, minArgs: 0, maxArgs: 0 },
    call: () => new data.BooleanData(answer),
  }));
  const parsed = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), functions).parse();
  const byName = new Map(functions.map((named) => [named.name, named]));
  const result = new Evaluator(parsed, dictionary(contexts), byName).evaluate();
  return { text: result.coerceString(), truth: truthy(result) };
}

/** @param {object} value */
function dictionary(value) {
  return new data.Dictionary(...Object.entries(value).map(([key, item]) => ({ key, value: asData(item) })));
}

/**
 * @param {unknown} value
 * @returns {ExpressionData}
 */
function asData(value) {
  if (typeof value === "string") return new data.StringData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(asData));
  return typeof value === "object" && value !== null ? dictionary(value) : new data.Null();
}
