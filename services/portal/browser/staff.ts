import "./keys.ts";
import "./lt-form.ts";
import "./lt-live.ts";
import "./lt-scan.ts";
import "./lt-theme.ts";
