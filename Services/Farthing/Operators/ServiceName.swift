import LocalStack

/// A service as operators name it.
enum ServiceName {
    /// Throws `OperatorError` for what is none.
    static func check(_ name: String) throws(OperatorError) {
        guard Stack.services.contains(name) else {
            throw OperatorError(
                "there is no service '\(name)': \(Stack.services.joined(separator: ", "))")
        }
    }
}
