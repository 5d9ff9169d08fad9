/// Why the relay cannot start, or must begin a source anew.
struct RelayError: Error, Equatable, CustomStringConvertible {
    enum Code {
        /// The environment lacks something, or holds something malformed.
        case configuration
        /// A row or the table is not what the relay understands.
        case malformedOutbox
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
