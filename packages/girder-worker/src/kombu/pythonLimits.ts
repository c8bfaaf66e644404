/** The deepest nesting of JSON that Python parses: its recursion limit. */
export const maxDepth = 1000;

/** The most digits of an integer that Python parses: `sys.get_int_max_str_digits()`. */
export const maxIntegerDigits = 4300;
