/// Why the relay cannot start, or must begin a source anew.
struct RelayError: Error, Equatable, CustomStringConvertible {
    enum Code {
        /// The environment lacks something, or holds something malformed.
        case configuration
        /// The table is not what the relay understands.
        case malformedOutbox
        /// The database lacks what `relay setup`, or a migration, makes.
        case notPrepared
        /// The outbox is in its publication no more.
        case notPublished
        /// A row is not what the relay understands.
        case malformedRow
        /// Kafka took nothing for a while although it was given something.
        case stalled
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    var description: String { message }
}
