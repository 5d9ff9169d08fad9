import LocalStack
import Postgres
import TestSupport

extension Faults {
    /// How many payments have ended so far, read from the database.
    static func ended(on stack: TestStack) async throws -> Int {
        let connection = try Connection(url: stack.environment.paymentDatabase)
        let rows = try connection.query(
            "SELECT count(*)::bigint FROM payment WHERE status <> 'processing'")
        return try rows.first?.read(0) ?? 0
    }
}
