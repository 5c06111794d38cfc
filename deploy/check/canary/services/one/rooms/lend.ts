import "../../../shared/database/database.ts";
import "../service.ts";
