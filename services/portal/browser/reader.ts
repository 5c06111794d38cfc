import "./lt-form.ts";
import "./lt-suggest.ts";
import "./lt-theme.ts";
