#include <libpq-fe.h>

// The codes of an error's fields are character macros, which Swift does not import.
static const int FIELD_SEVERITY = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int FIELD_SQLSTATE = PG_DIAG_SQLSTATE;
static const int FIELD_MESSAGE = PG_DIAG_MESSAGE_PRIMARY;
static const int FIELD_DETAIL = PG_DIAG_MESSAGE_DETAIL;
static const int FIELD_CONSTRAINT = PG_DIAG_CONSTRAINT_NAME;
static const int FIELD_POSITION = PG_DIAG_STATEMENT_POSITION;
