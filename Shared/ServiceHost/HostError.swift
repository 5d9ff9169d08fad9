/// Why a process cannot start or go on: one line, for whoever started it.
public struct HostError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure; new kinds may be added.
    public struct Code: Hashable, Sendable {
        private enum Kind { case configuration, portTaken, oldSchema, database, tokenKeys, misuse }
        private let kind: Kind

        /// The environment lacks something, or says something malformed.
        public static let configuration = Code(kind: .configuration)
        /// Somebody else listens on the port, or it may not be listened on.
        public static let portTaken = Code(kind: .portTaken)
        /// The database has not been migrated to what this program needs.
        public static let oldSchema = Code(kind: .oldSchema)
        /// The database cannot be reached.
        public static let database = Code(kind: .database)
        /// The keys that tokens are checked with cannot be read.
        public static let tokenKeys = Code(kind: .tokenKeys)
        /// A service uses its host in a way that cannot work.
        public static let misuse = Code(kind: .misuse)
    }

    public let code: Code
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
