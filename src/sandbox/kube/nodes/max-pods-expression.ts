// nodeadm's `maxPodsExpression`: whole numbers, arithmetic, comparisons and the conditional of CEL, over three variables.
// What it can't read is an error, as it is there, where the standard number is taken then.

export interface MaxPodsVariables {
  default_enis: number;
  ips_per_eni: number;
  max_pods: number;
}

type Value = number | boolean;

const token = /\s*(?:(\d+)|([A-Za-z_][\w.]*)|(\|\||&&|==|!=|<=|>=|[-+*/%<>()?:!,]))/y;

/** Reads from left to right; precedence as in CEL. */
class Reader {
  readonly #tokens: string[] = [];
  readonly #variables: Readonly<Record<string, number>>;
  #at = 0;

  constructor(text: string, variables: MaxPodsVariables) {
    this.#variables = { ...variables };
    token.lastIndex = 0;
    const end = text.trimEnd().length;
    while (token.lastIndex < end) {
      const match = token.exec(text);
      if (!match) throw new SyntaxError(`unreadable expression: ${text}`);
      this.#tokens.push(match[1] ?? match[2] ?? match[3] ?? "");
    }
  }

  read(): Value {
    const value = this.#conditional();
    if (this.#at < this.#tokens.length) throw new SyntaxError(`unexpected ${this.#tokens[this.#at]}`);
    return value;
  }

  #take(...wanted: readonly string[]): string | undefined {
    const next = this.#tokens[this.#at];
    if (next === undefined || !wanted.includes(next)) return undefined;
    this.#at += 1;
    return next;
  }

  #expect(wanted: string): void {
    if (this.#take(wanted) === undefined) throw new SyntaxError(`expected ${wanted}`);
  }

  #conditional(): Value {
    const test = this.#or();
    if (this.#take("?") === undefined) return test;
    const yes = this.#conditional();
    this.#expect(":");
    const no = this.#conditional();
    return truth(test) ? yes : no;
  }

  #or(): Value {
    let left = this.#and();
    while (this.#take("||")) {
      const right = this.#and();
      left = truth(left) || truth(right);
    }
    return left;
  }

  #and(): Value {
    let left = this.#relation();
    while (this.#take("&&")) {
      const right = this.#relation();
      left = truth(left) && truth(right);
    }
    return left;
  }

  #relation(): Value {
    const left = this.#sum();
    const sign = this.#take("==", "!=", "<=", ">=", "<", ">");
    if (sign === undefined) return left;
    const right = this.#sum();
    if (sign === "==") return left === right;
    if (sign === "!=") return left !== right;
    const [a, b] = [number(left), number(right)];
    return sign === "<" ? a < b : sign === ">" ? a > b : sign === "<=" ? a <= b : a >= b;
  }

  #sum(): Value {
    let left = this.#product();
    for (let sign = this.#take("+", "-"); sign; sign = this.#take("+", "-")) {
      const right = number(this.#product());
      left = sign === "+" ? number(left) + right : number(left) - right;
    }
    return left;
  }

  #product(): Value {
    let left = this.#unary();
    for (let sign = this.#take("*", "/", "%"); sign; sign = this.#take("*", "/", "%")) {
      const right = number(this.#unary());
      if (sign !== "*" && right === 0) throw new RangeError("division by zero");
      if (sign === "*") left = number(left) * right;
      else left = sign === "/" ? Math.trunc(number(left) / right) : number(left) % right;
    }
    return left;
  }

  #unary(): Value {
    if (this.#take("-")) return -number(this.#unary());
    if (this.#take("!")) return !truth(this.#unary());
    return this.#primary();
  }

  #primary(): Value {
    if (this.#take("(")) {
      const value = this.#conditional();
      this.#expect(")");
      return value;
    }
    const next = this.#tokens[this.#at];
    this.#at += 1;
    if (next === undefined) throw new SyntaxError("the expression ends too early");
    if (/^\d+$/.test(next)) return Number(next);
    if (next === "true" || next === "false") return next === "true";
    if (Object.hasOwn(this.#variables, next)) return this.#variables[next] as number;
    throw new SyntaxError(`undeclared reference to '${next}'`);
  }
}

function number(value: Value): number {
  if (typeof value !== "number") throw new TypeError("a number is wanted");
  return value;
}

function truth(value: Value): boolean {
  if (typeof value !== "boolean") throw new TypeError("true or false is wanted");
  return value;
}

/**
 * The number of pods that an expression gives; undefined when it can't be read, or gives no positive 32-bit number:
 * nodeadm takes the standard number then, with a warning.
 */
export function maxPodsOf(expression: string, variables: MaxPodsVariables): number | undefined {
  try {
    const value = new Reader(expression, variables).read();
    return typeof value === "number" && value > 0 && value <= 0x7f_ff_ff_ff ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}
