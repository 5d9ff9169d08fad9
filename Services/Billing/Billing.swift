import Contracts
import Outbox
import Postgres
import ServiceHost

/// What the whole service goes by.
enum Billing {
    /// CloudEvents source of everything that billing says.
    static let source = "/farthing/billing"

    static let migrations = [
        OutboxSchema.migrations, HostSchema.migrations,
        MigrationSet(
            component: "billing",
            [
                Migration(version: 1, name: "billing", sql: PackageResources.V0001_billing_sql),
                Migration(
                    version: 2, name: "credit_notes",
                    sql: PackageResources.V0002_credit_notes_sql),
                Migration(
                    version: 3, name: "credit_of_customers",
                    sql: PackageResources.V0003_credit_of_customers_sql),
                Migration(
                    version: 4, name: "lines_by_statement",
                    sql: PackageResources.V0004_lines_by_statement_sql),
            ]),
    ]

    /// Writes down what a request changed: the event for others, the audit row for ourselves.
    static func tell(
        _ event: some Event, action: String, _ scope: RequestScope, in tx: borrowing Transaction
    ) throws {
        let envelope = try Envelope(
            event, source: source, tenant: scope.tenant, traceparent: scope.traceparent)
        try Outbox.append([envelope], in: tx)
        try AuditTrail.append(
            [AuditRow(scope, action: action, subject: event.subject, detail: event)], in: tx)
    }
}
