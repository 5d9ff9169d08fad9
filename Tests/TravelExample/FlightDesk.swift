import Contracts
import Outbox
import Postgres

/// The participant that has the seats.
struct FlightDesk: Sendable {
    static let migrations = [
        OutboxSchema.migrations,
        MigrationSet(component: "flights", [Migration(version: 1, name: "seat", sql: schema)]),
    ]

    private let participant = Participant(
        source: "/travel/flights", replyTopic: Topic.tripReplies.rawValue,
        neverFinal: [IssueTicket.type])

    /// Answers each command once, however often it comes.
    func handle(_ commands: [Envelope], in tx: borrowing Transaction) throws {
        try participant.handle(commands, in: tx) { fresh in
            var replies: [AnyReply] = []
            for command in fresh { replies.append(try answer(command, in: tx)) }
            return replies
        }
    }

    private func answer(_ command: Envelope, in tx: borrowing Transaction) throws -> AnyReply {
        switch command.type {
        case ReserveSeat.type:
            try .answer(ReserveSeat.self, reserve(command.decode(), in: tx))
        case ReleaseSeat.type:
            try .answer(ReleaseSeat.self, release(command.decode(), in: tx))
        case IssueTicket.type:
            try .answer(IssueTicket.self, issue(command.decode(), in: tx))
        default:
            throw UnknownCommand(type: command.type)
        }
    }

    /// A full flight is an answer and not an error.
    private func reserve(
        _ command: ReserveSeat, in tx: borrowing Transaction
    ) throws -> Reply<ReserveSeat.Done> {
        guard let row = try tx.query(Self.take, command.trip.uuid, command.flight).first else {
            return .refused(Refusal("flight-full", "There is no seat left on \(command.flight)."))
        }
        return .done(ReserveSeat.Done(seat: try row.read(0)))
    }

    private func release(
        _ command: ReleaseSeat, in tx: borrowing Transaction
    ) throws -> Reply<Nothing> {
        try tx.execute(Self.free, command.trip.uuid)
        return .done(Nothing())
    }

    private func issue(
        _ command: IssueTicket, in tx: borrowing Transaction
    ) throws -> Reply<IssueTicket.Done> {
        guard let row = try tx.query(Self.seat, command.trip.uuid).first else {
            return .refused(Refusal("no-seat", "No seat is set aside for \(command.trip)."))
        }
        let seat: Int64 = try row.read(0)
        return .done(IssueTicket.Done(ticket: "\(command.flight)-\(seat)"))
    }

    private static let take = Statement(
        """
        UPDATE seat SET trip = $1
        WHERE (flight, number) = (
            SELECT flight, number FROM seat
            WHERE flight = $2 AND trip IS NULL
            ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING number
        """)
    private static let free = Statement("UPDATE seat SET trip = NULL WHERE trip = $1")
    private static let seat = Statement("SELECT number FROM seat WHERE trip = $1")

    private static let schema = Array(
        """
        CREATE TABLE seat (
            flight text, number bigint, trip uuid UNIQUE, PRIMARY KEY (flight, number));
        GRANT SELECT, UPDATE ON seat TO farthing_service;
        """.utf8)
}

/// A message that is none of the participant's.
struct UnknownCommand: Error { let type: String }
