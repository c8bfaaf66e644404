/** Python reads no JSON that is nested deeper: its recursion limit. */
export const maxDepth = 1000;

/** Python reads no integer with more digits: `sys.get_int_max_str_digits()`. */
export const maxIntegerDigits = 4300;
