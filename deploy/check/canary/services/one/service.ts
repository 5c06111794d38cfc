import "../two/service.ts";
import "../../deploy/start.ts";
import "../../shared/testing/until.ts";
import "./rooms/lend.ts";
