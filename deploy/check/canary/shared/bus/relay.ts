import "../../services/two/service.ts";
