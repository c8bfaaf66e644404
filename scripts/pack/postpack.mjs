// npm runs it after it has packed the package in the working directory.
import { unpack } from './unpack.mjs';

unpack();
