public import Testing

extension Tag {
    /// Needs nothing but memory.
    @Tag public static var unit: Tag
    /// Needs PostgreSQL.
    @Tag public static var database: Tag
    /// Needs a broker.
    @Tag public static var kafka: Tag
    /// Kills, stops or cuts off something.
    @Tag public static var fault: Tag
}
