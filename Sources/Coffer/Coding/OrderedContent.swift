/// What a field may hold whose values can be compared by `<`.
///
/// A type of your own may conform when what it encodes sorts as it does itself: a date that encodes
/// as text in the form of ISO 8601 in UTC, or as a number. An enum whose raw values are texts
/// mostly does not.
///
/// Integers beyond 64 bits with a sign are ordered as the nearest doubles are.
public protocol OrderedContent: Comparable, Encodable {}

extension Int: OrderedContent {}
extension Int8: OrderedContent {}
extension Int16: OrderedContent {}
extension Int32: OrderedContent {}
extension Int64: OrderedContent {}
extension UInt: OrderedContent {}
extension UInt8: OrderedContent {}
extension UInt16: OrderedContent {}
extension UInt32: OrderedContent {}
extension UInt64: OrderedContent {}
extension Double: OrderedContent {}
extension Float: OrderedContent {}
extension String: OrderedContent {}
