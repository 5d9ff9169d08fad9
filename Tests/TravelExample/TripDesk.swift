import Contracts
import Outbox
import Postgres
import Saga

/// The service that runs trips.
struct TripDesk: Sendable {
    static let migrations = [
        OutboxSchema.migrations, SagaSchema.migrations,
        MigrationSet(component: "trips", [Migration(version: 1, name: "trip", sql: schema)]),
    ]

    let runner: SagaRunner<Trip>

    init(_ saga: Saga<Trip>) {
        runner = SagaRunner(saga, source: "/travel/trips") { ended, tx in
            for saga in ended {
                let status = saga.outcome == .succeeded ? "booked" : "failed"
                try tx.execute(Self.end, saga.state.id.uuid, status, saga.state.ticket)
            }
        }
    }

    /// Accepts a trip: its row, its saga and the first commands, in one transaction.
    func book(_ trip: Trip, in tx: borrowing Transaction) throws {
        try tx.execute(Self.insert, trip.id.uuid)
        try runner.start(
            SagaID(), state: trip, tenant: "travel", subject: trip.id.description,
            traceparent: nil, in: tx)
    }

    /// Moves trips on by what the participants answered.
    func receive(_ replies: [Envelope], in tx: borrowing Transaction) throws {
        _ = try runner.receive(replies, in: tx)
    }

    private static let insert = Statement("INSERT INTO trip (id) VALUES ($1)")
    private static let end = Statement(
        "UPDATE trip SET status = $2, ticket = $3 WHERE id = $1")

    private static let schema = Array(
        """
        CREATE TABLE trip (
            id uuid PRIMARY KEY,
            status text NOT NULL DEFAULT 'under way',
            ticket text);
        GRANT SELECT, INSERT, UPDATE ON trip TO farthing_service;
        """.utf8)
}
