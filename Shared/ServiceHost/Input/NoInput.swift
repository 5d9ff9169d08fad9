/// The body of a request that needs none.
public struct NoInput: Codable, Hashable, Sendable {
    public init() {}
}
