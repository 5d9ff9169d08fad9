import Contracts
import Outbox
import Postgres

/// The participant that takes the money.
struct CardDesk: Sendable {
    static let migrations = [
        OutboxSchema.migrations,
        MigrationSet(component: "cards", [Migration(version: 1, name: "card", sql: schema)]),
    ]

    private let participant = Participant(
        source: "/travel/cards", replyTopic: Topic.tripReplies.rawValue)

    /// Answers each command once, however often it comes.
    func handle(_ commands: [Envelope], in tx: borrowing Transaction) throws {
        try participant.handle(commands, in: tx) { fresh in
            var replies: [AnyReply] = []
            for command in fresh {
                let charge = try command.decode(ChargeCard.self)
                let charged = try tx.affected(Self.charge, charge.card, charge.price)
                let broke = Refusal("card-declined", "The limit of the card is reached.")
                replies.append(
                    try .answer(
                        ChargeCard.self, charged == 1 ? .done(Nothing()) : .refused(broke)))
            }
            return replies
        }
    }

    private static let charge = Statement(
        "UPDATE card SET spent = spent + $2 WHERE number = $1 AND spent + $2 <= credit")

    private static let schema = Array(
        """
        CREATE TABLE card (
            number text PRIMARY KEY, credit bigint NOT NULL, spent bigint NOT NULL DEFAULT 0);
        GRANT SELECT, UPDATE ON card TO farthing_service;
        """.utf8)
}
