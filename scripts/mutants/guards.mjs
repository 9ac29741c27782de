// What counts as a guard in a source file, and the same file with a switch at each of them.
import { parseAst } from 'rolldown/parseAst';

const REFUSES = /^#?(refuse|assert|require|ensure|check|guard|forbid)[A-Z]/;
const CLEANS = /^(printable\w*|hide\w*|escape[A-Z]\w*|shownUrl)$/;
const MAKES_ERROR = /(refus|conflict|foreign|denied|error|problem)/i;
const ASKS_WHOSE =
  /\b(\w*(ours|(?<!sh|kn)own|owned|owner|foreign|mark|marked|protect|issuer|origin|host|hosts|held|lock|lease|loopback|insecure|readable|retired|stack|secret|aborted)|adopt\w*|purge\w*|redirect\w*|revoke|force|fresh|renews)\b/i;
const LEAVES = ['ThrowStatement', 'ReturnStatement', 'ContinueStatement', 'BreakStatement'];

/**
 * Each guard of a file, in order. `out` says what taking it out means: a statement is left out, a condition is always
 * `false` or `true`, a call that cleans a text gives the text as it is.
 */
export function guardsIn(text) {
  const found = new Map();
  const note = (node, out) => {
    const key = `${node.start} ${node.end}`;
    if (!found.has(key)) found.set(key, { start: node.start, end: node.end, out, node });
  };
  walk(parseAst(text, { lang: 'ts' }).body, undefined, (node, parent) => lookAt(node, parent, text, note));
  return [...found.values()]
    .toSorted((left, right) => left.start - right.start || right.end - left.end)
    .map((guard, index) => ({
      ...guard,
      index,
      line: text.slice(0, guard.start).split('\n').length,
      text: text.slice(guard.start, guard.end).replaceAll(/\s+/g, ' '),
    }));
}

/** The file with a switch at every guard, and its lines where they were. */
export function withSwitches(file, text) {
  const guards = guardsIn(text);
  const render = (from, to) => {
    let result = '';
    let at = from;
    while (guards[0] !== undefined && guards[0].start < to) {
      const guard = guards.shift();
      result +=
        text.slice(at, guard.start) + switched(`${file}#${guard.index}`, guard, render(guard.start, guard.end), text);
      at = guard.end;
    }
    return result + text.slice(at, to);
  };
  return render(0, text.length);
}

function switched(id, { out, node }, inner, text) {
  const name = JSON.stringify(id);
  switch (out) {
    case 'nothing':
      return `{ if (grantryGuard.stands(${name})) ${inner} }`;
    case 'the text as it is': {
      const [argument] = node.arguments;
      return `(grantryGuard.stands(${name}) ? ${inner} : (${text.slice(argument.start, argument.end)}))`;
    }
    default:
      return `grantryGuard.${out === 'true' ? 'orTrue' : 'orFalse'}(${name}, ${inner})`;
  }
}

function walk(node, parent, visit) {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, parent, visit);
  } else if (node !== null && typeof node === 'object' && typeof node.type === 'string') {
    visit(node, parent);
    for (const key of Object.keys(node)) if (key !== 'parent') walk(node[key], { node, key, parent }, visit);
  }
}

function lookAt(node, parent, text, note) {
  const asks = ({ start, end }) => ASKS_WHOSE.test(text.slice(start, end));
  switch (node.type) {
    case 'IfStatement': {
      const last = lastOf(node.consequent);
      const isGuard = refuses(last, parent) || (LEAVES.includes(last?.type) && asks(node.test));
      if (isGuard) note(node.test, 'false');
      if (isGuard) sides(node.test, (side, out) => isPresence(side) || note(side, out));
      break;
    }
    case 'LogicalExpression':
      sides(node, (side, out) => !isPresence(side) && asks(side) && note(side, out));
      break;
    case 'ThrowStatement':
    case 'ReturnStatement':
    case 'ExpressionStatement':
      if (refuses(node, parent) && !isText(node.argument) && !isInIf(parent)) note(node, 'nothing');
      break;
    case 'ConditionalExpression':
      if (!['ReturnStatement', 'ArrowFunctionExpression'].includes(parent?.node.type)) break;
      if (isNothing(node.alternate)) note(node.test, 'false');
      else if (isNothing(node.consequent)) note(node.test, 'true');
      break;
    case 'CallExpression': {
      const [argument] = node.arguments;
      if (CLEANS.test(calledIn(node)) && argument !== undefined && argument.type !== 'SpreadElement') {
        note(node, 'the text as it is');
      }
      if (argument?.type !== 'ArrowFunctionExpression' || argument.body.type === 'BlockStatement') break;
      if (calledIn(node) === 'refine' || (calledIn(node) === 'filter' && asks(argument.body))) {
        note(argument.body, 'true');
      }
      break;
    }
  }
}

/** Each side of a condition is asked for something of its own. */
function sides(node, visit) {
  if (node.type === 'ParenthesizedExpression') return sides(node.expression, visit);
  if (node.type !== 'LogicalExpression' || node.operator === '??') return undefined;
  for (const side of [node.left, node.right]) {
    if (side.type === 'LogicalExpression' && side.operator === node.operator) sides(side, visit);
    else visit(side, node.operator === '&&' ? 'true' : 'false');
    if (side.type !== 'LogicalExpression') sides(side, visit);
  }
  return undefined;
}

/** `x !== undefined` before what asks for more of x: without it the code breaks, and says nothing of who may what. */
function isPresence(node) {
  return node.type === 'BinaryExpression' && node.operator === '!==' && isNothing(node.right);
}

/** Throws, gives an error back, reports one, or calls what does. */
function refuses(statement, parent) {
  switch (statement?.type) {
    case 'ThrowStatement':
      return true;
    case 'ReturnStatement':
      return isText(statement.argument) ? mayGiveNothing(parent) : makesError(statement.argument);
    case 'ExpressionStatement': {
      const { expression } = statement;
      if (expression.type === 'YieldExpression') return true;
      const name = calledIn(expression);
      return REFUSES.test(name) || name === 'addIssue' || (name === 'push' && makesErrorText(expression));
    }
    default:
      return false;
  }
}

function makesErrorText({ callee }) {
  return (
    MAKES_ERROR.test(callee.object?.name ?? callee.object?.property?.name ?? '') || callee.object?.name === 'broken'
  );
}

function makesError(node) {
  if (node?.type === 'NewExpression') return MAKES_ERROR.test(node.callee.name ?? '');
  return node?.type === 'CallExpression' && MAKES_ERROR.test(calledIn(node));
}

/** A check that gives back what is wrong, or undefined; any other function that always gives a text words something. */
function mayGiveNothing(parent) {
  if (parent === undefined) return false;
  if (!parent.node.type.includes('Function')) return mayGiveNothing(parent.parent);
  const given = parent.node.returnType?.typeAnnotation;
  const [type] = given?.typeArguments?.params ?? [given];
  return type === undefined || (type.types ?? []).some((one) => one.type === 'TSUndefinedKeyword');
}

function isText(node) {
  return node?.type === 'TemplateLiteral' || (node?.type === 'Literal' && typeof node.value === 'string');
}

function isNothing(node) {
  return (
    (node.type === 'Identifier' && node.name === 'undefined') ||
    (node.type === 'ArrayExpression' && node.elements.length === 0)
  );
}

/** Where the condition is what is taken out. */
function isInIf(parent) {
  const block = parent?.node.type === 'BlockStatement' ? parent.parent : parent;
  return block?.node.type === 'IfStatement' && block.key === 'consequent';
}

function lastOf(node) {
  return node.type === 'BlockStatement' ? node.body.at(-1) : node;
}

function calledIn(expression) {
  const call = ['AwaitExpression', 'UnaryExpression'].includes(expression?.type) ? expression.argument : expression;
  if (call?.type !== 'CallExpression') return '';
  return call.callee.name ?? call.callee.property?.name ?? '';
}
